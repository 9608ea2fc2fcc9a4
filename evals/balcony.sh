# The project that the cases work in, in the empty folder in which the host starts them: the example's, as a
# repository of its own.
set -euo pipefail
cp -R "$(dirname "${BASH_SOURCE[0]}")/../examples/balcony/project/." .

commit() {
  git init --quiet
  git add --all
  git -c user.name=balcony -c user.email=balcony@example.invalid commit --quiet --message "The balcony"
}
