// Watches an import: asks how far it is, moves the bar, and shows the page anew when it is over.
"use strict";

(() => {
  const EVERY = 700; // milliseconds
  const card = document.getElementById("import");
  if (!card) return;
  const bar = card.querySelector("progress");
  const step = document.getElementById("import-step");

  async function look() {
    try {
      const answer = await fetch(card.dataset.progress, { headers: { Accept: "application/json" } });
      if (answer.redirected) return location.reload(); // signed out meanwhile
      const { over, what, done, total } = await answer.json();
      if (over) return location.reload();
      bar.max = total;
      bar.value = done;
      if (what && what !== step.textContent) step.textContent = what;
    } catch {
      // the house may be busy or starting again: the next look tells
    }
    setTimeout(look, EVERY);
  }

  setTimeout(look, EVERY);
})();
