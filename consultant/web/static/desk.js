// A little help on top of pages that work without it: keys, a live preview, a warning before words are lost.
// It writes no sentence of its own and submits nothing by itself.
"use strict";

(() => {
  const KEYS_OFF = "single-keys-off";
  const PAGES = { q: "/", m: "/mail", o: "/outbox", c: "/codes" };
  const PREVIEW_AFTER = 400; // milliseconds without a keystroke
  const SEQUENCE_WITHIN = 1500; // milliseconds between "g" and what follows

  document.documentElement.classList.add("scripted");

  const keys = document.getElementById("keys");
  const desk = document.getElementById("decide");

  // --- Keys -----------------------------------------------------------------------------------------------------
  let begun = 0;

  const typing = (target) => target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");

  const visible = (element) => element.getClientRects().length > 0;

  function step(by) {
    const rows = [...document.querySelectorAll("[data-row]")];
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next) next.focus();
  }

  function act(key) {
    const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
    if (!target) return false;
    if (target.matches("a")) target.click();
    else if (target.matches("summary")) openVerb(target);
    else target.focus();
    return true;
  }

  function openVerb(summary) {
    summary.parentElement.open = true;
    summary.parentElement.querySelector("textarea").focus();
  }

  function pressed(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(target)) {
      if (key === "Escape") target.blur();
      return;
    }
    if (document.querySelector("dialog[open]") || localStorage.getItem(KEYS_OFF)) return;
    if (event.timeStamp - begun < SEQUENCE_WITHIN && key in PAGES) {
      event.preventDefault();
      location.assign(PAGES[key]);
      return;
    }
    begun = key === "g" ? event.timeStamp : 0;
    if (key === "?" && keys) keys.showModal();
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key.length !== 1 || !act(key)) return;
    event.preventDefault();
  }

  begun = -SEQUENCE_WITHIN;
  document.addEventListener("keydown", pressed);

  if (keys) {
    const on = document.getElementById("keys-on");
    on.checked = !localStorage.getItem(KEYS_OFF);
    on.addEventListener("change", () =>
      on.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "1"));
    for (const button of document.querySelectorAll("[data-opens=keys]"))
      button.addEventListener("click", () => keys.showModal());
  }

  // --- The letter -----------------------------------------------------------------------------------------------
  if (!desk) return;

  const text = document.getElementById("text");
  const seen = document.getElementById("preview");
  const tally = document.getElementById("tally");
  const failed = document.getElementById("preview-failed");
  const drafted = desk.hasAttribute("data-edited") ? null : text.value;
  let waiting = 0;
  let asked = 0;
  let leaving = false;

  function noteEdits() {
    desk.toggleAttribute("data-edited", text.value !== drafted);
  }

  function show(page) {
    seen.innerHTML = page; // our own template's answer, escaped and cleaned by the server
    if (tally) tally.firstElementChild.replaceChildren(...seen.querySelector(".tally").cloneNode(true).childNodes);
  }

  async function refresh() {
    const turn = ++asked;
    let page = "";
    try {
      const answer = await fetch(desk.action, {
        method: "POST",
        headers: { "X-Part": "preview" },
        body: new URLSearchParams(new FormData(desk)),
      });
      if (answer.ok) page = await answer.text();
    } catch {
      page = ""; // shown below as a failed preview
    }
    if (turn !== asked) return; // a newer question is under way
    failed.hidden = page !== "";
    if (page !== "") show(page);
  }

  text.addEventListener("input", () => {
    noteEdits();
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PREVIEW_AFTER);
  });

  const unsaved = () =>
    desk.hasAttribute("data-edited") ||
    [...desk.querySelectorAll(".verb textarea")].some((field) => field.value !== field.defaultValue);

  addEventListener("beforeunload", (event) => {
    if (!leaving && unsaved()) event.preventDefault();
  });

  desk.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.formTarget === "_blank") return;
    if (desk.hasAttribute("aria-busy")) event.preventDefault(); // a second click changes nothing
    desk.setAttribute("aria-busy", "true");
    leaving = true;
  });

  // A page taken back from the browser's history is usable again.
  addEventListener("pageshow", () => {
    desk.removeAttribute("aria-busy");
    leaving = false;
    noteEdits();
  });
})();
