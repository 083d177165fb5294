"use strict";
const chosen = document.getElementById("operation");
if (chosen) {
  chosen.addEventListener("change", () => {
    for (const each of document.querySelectorAll("article")) {
      each.hidden = chosen.value !== "" && each.dataset.operation !== chosen.value;
    }
  });
}
