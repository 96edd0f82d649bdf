// A certificate that is being made: look again in a moment. The link on the page does the same by hand, and a page
// that has waited long enough does not ask for it any more.

const SOON = 2_000;

if (document.querySelector("[data-waiting]")) setTimeout(() => location.reload(), SOON);
