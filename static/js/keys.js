/** A key does what carries it: presses a button, follows a link, or goes into a field. Never while somebody is typing. */

document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLElement && event.target.closest("input:not([type=hidden]), textarea, select");
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!found) return;
  event.preventDefault();
  found instanceof HTMLInputElement ? found.focus() : found.click();
});
