source "$(dirname "$0")/../balcony.sh"
rm -r specs
commit
