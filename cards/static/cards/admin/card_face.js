/* Lets the light on a card's face follow the pointer. Without motion where the reader asks for none. */
"use strict";

(() => {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  document.addEventListener("pointermove", (event) => {
    const face = event.target.closest?.(".card-face");
    if (!face || still.matches) return;
    const box = face.getBoundingClientRect();
    face.classList.add("is-held");
    face.style.setProperty("--x", ((event.clientX - box.left) / box.width).toFixed(3));
    face.style.setProperty("--y", ((event.clientY - box.top) / box.height).toFixed(3));
  });

  document.addEventListener("pointerout", (event) => {
    const face = event.target.closest?.(".card-face");
    if (!face || face.contains(event.relatedTarget)) return;
    face.classList.remove("is-held");
    face.style.removeProperty("--x");
    face.style.removeProperty("--y");
  });
})();
