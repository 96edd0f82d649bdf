/** The keys 1, 2 and 3 press the buttons that carry them; never while a Korean syllable is being composed. */

const form = document.querySelector("[data-keys]");
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLElement && event.target.closest("input:not([type=hidden]), textarea, select");
  if (!form || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping) return;
  const button = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (button) {
    event.preventDefault();
    form.requestSubmit(button);
  }
});
