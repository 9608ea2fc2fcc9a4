source "$(dirname "$0")/../balcony.sh"
mkdir page
cat > page/index.html <<'TEXT'
<!doctype html>
<title>Balcony</title>
<ul id="plant-list"></ul>
<script type="module" src="list.js"></script>
TEXT
cat > page/list.js <<'TEXT'
const plants = await (await fetch("../data/plants.json")).json();
const list = document.getElementById("plants");
for (const { name } of plants) list.append(Object.assign(document.createElement("li"), { textContent: name }));
TEXT
commit
