source "$(dirname "$0")/../balcony.sh"
mkdir specs/frost
cat > specs/frost/01-ideation.md <<'TEXT'
# Warn of frost

**Slug:** frost

`balcony frost` names the plants that have to come inside tonight.

## Decided
- A night below 3 degrees Celsius warns.
- Only plants outdoors are named.
- The lowest temperature of each night comes from `data/nights.csv`, `day,celsius`. No service is asked.
TEXT
commit
