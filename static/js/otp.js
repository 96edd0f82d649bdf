// Fills in the code of a text message that has just come, where the browser can read it (WebOTP), and sends the form.

const form = document.querySelector("form[data-otp]");
const box = form?.querySelector("[autocomplete=one-time-code]");

if (box && "OTPCredential" in window) {
  const waiting = new AbortController();
  form.addEventListener("submit", () => waiting.abort());
  navigator.credentials
    .get({ otp: { transport: ["sms"] }, signal: waiting.signal })
    .then((found) => {
      if (!found || box.value) return;
      box.value = found.code;
      form.requestSubmit();
    })
    .catch(() => {}); // refused, timed out or the page was left: the box is still there
}
