source "$(dirname "$0")/../balcony.sh"
commit
