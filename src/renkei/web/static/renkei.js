// Comfort only: every page works without it.
// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  window.setTimeout(() => { delete form.dataset.sent; }, 4000);
});
// The first field that is wrong gets the focus.
document.addEventListener("DOMContentLoaded", () => {
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) { wrong.focus(); }
});
// A slider moves the number beside it, and the other way round.
document.documentElement.classList.add("scripted");
document.addEventListener("input", (event) => {
  const moved = event.target;
  const other = moved.dataset.for ? document.getElementById(moved.dataset.for) : document.querySelector(`[data-for="${CSS.escape(moved.id)}"]`);
  if (other && moved.value !== "") { other.value = moved.value; }
});
// What is new shows without a reload. Only the page that is looked at listens: browsers allow few connections.
const count = document.getElementById("unread");
if (count && window.EventSource) {
  let source = null;
  const show = async (told) => {
    const answer = await fetch("/app/notifications/unread").catch(() => null);
    if (!answer || !answer.ok || answer.redirected) { return; }
    const before = count.textContent;
    count.innerHTML = await answer.text();
    const news = document.getElementById("news");
    if (told && news && count.textContent !== before) { news.hidden = false; }
  };
  const listen = () => {
    if (document.hidden) {
      if (source) { source.close(); source = null; }
    } else if (!source) {
      source = new EventSource("/app/notifications/changes");
      source.addEventListener("changed", () => show(true));
    }
  };
  document.addEventListener("visibilitychange", listen);
  listen();
}
// A passkey: the device makes or uses a key, and what it answers goes along with the form.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.passkey || form.elements.credential.value) { return; }
  event.preventDefault();
  const body = new URLSearchParams({ csrf: form.elements.csrf.value });
  const answer = await fetch(form.dataset.passkey, { method: "POST", body });
  if (!answer.ok || answer.redirected) { window.location.reload(); return; }
  const options = await answer.json();
  try {
    const credential = options.user
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    delete form.dataset.sent; // given up, or no such device: the form is as it was
  }
});
