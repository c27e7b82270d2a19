/* Keys of the moderators' pages: each stands beside what it does.
   Digits choose what to do, Ctrl+Enter decides; while somebody writes, all others are letters. */
"use strict";

(() => {
  const isWriting = (element) => element.matches("textarea, select, input:not([type=checkbox], [type=radio])");

  const choose = (input) => {
    input.click();
    input.focus();
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest("form") || document.getElementById("decision");
      form?.requestSubmit();
      event.preventDefault();
      return;
    }
    if (event.key === "Escape" && isWriting(event.target)) {
      event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    const key = CSS.escape(event.key.toLowerCase());
    const place = document.querySelector(`[data-focus="${key}"]`);
    const target = document.querySelector(`[data-key="${key}"]`);
    if (place) place.focus();
    else if (target?.matches("input")) choose(target);
    else if (target) target.click();
    else return;
    event.preventDefault();
  });

  /* What stands alone takes the others' ticks away, and they its; of some only one can be ticked. */
  document.addEventListener("change", (event) => {
    const chosen = event.target;
    if (!chosen.matches?.('.mod-choices input[type="checkbox"]') || !chosen.checked) return;
    const others = chosen.closest(".mod-choices").querySelectorAll("input:checked");
    for (const other of others) {
      const isAlone = "alone" in chosen.dataset || "alone" in other.dataset;
      const isOneOf = chosen.dataset.oneOf && chosen.dataset.oneOf === other.dataset.oneOf;
      if (other !== chosen && (isAlone || isOneOf)) other.checked = false;
    }
  });
})();
