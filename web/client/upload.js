// An upload that shows how far it is, and may be larger than a form: the file goes as the request's own body.

for (const form of document.querySelectorAll("form[data-upload]")) {
  const [bar, wrong, button] = ["progress", ".wrong", "button"].map((name) => form.querySelector(name));
  const fail = (words) => {
    bar.hidden = true;
    button.disabled = false;
    if (document.activeElement === document.body) button.focus(); // a disabled button had lost the keyboard
    wrong.textContent = words;
    wrong.hidden = false;
  };
  form.addEventListener("submit", (event) => {
    const file = form.querySelector("input[type=file]").files[0];
    if (!file) return;
    event.preventDefault();
    bar.hidden = false;
    wrong.hidden = true;
    button.disabled = true;
    const request = new XMLHttpRequest();
    request.open("POST", `${form.action}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("X-CSRF-Token", form.elements.csrf.value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total;
    });
    request.addEventListener("error", () => fail(form.dataset.broken));
    request.addEventListener("load", () => {
      if (request.status === 200) location.assign(request.response.next);
      else fail(request.response?.error?.reason || form.dataset.broken);
    });
    request.send(file);
  });
}
