// Shows the chosen picture, and how far its upload is. Without this file the form works as forms do.
"use strict";

document.documentElement.classList.add("has-script");

const find = (root, selector) => root.querySelector(selector);

/** Put the name and, where the browser can show it, the picture itself into the drop zone. */
function showChoice(form) {
  const [file] = find(form, "input[name=picture]").files;
  const zone = find(form, ".zone");
  if (!zone || !file) return;
  const picture = new Image();
  picture.alt = "";
  picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(file);
  const name = document.createElement("span");
  name.textContent = file.name;
  zone.replaceChildren(...(file.type.startsWith("image/") ? [picture] : []), name);
  const title = find(form, "input[name=title]");
  if (!title.value) title.value = file.name.replace(/\.[^.]*$/, "").replace(/[_-]+/g, " ").slice(0, 120);
}

/** Say how far an upload is; `done` is from 0 to 1. */
function showProgress(form, done) {
  const progress = find(form, ".progress");
  progress.hidden = false;
  find(progress, "progress").value = done;
  find(progress, "p").textContent =
    done < 1 ? `Uploading, ${Math.round(done * 100)} %` : "Checking and storing in Appwrite …";
}

/** Replace a form by the one in an answer, which has the errors; what was chosen stays chosen. */
function showErrors(form, html) {
  const answered = new DOMParser().parseFromString(html, "text/html").getElementById(form.id);
  if (!answered) return fail(form, "The site answered something unexpected. Nothing was saved.");
  for (const field of form.querySelectorAll("input[type=file]")) {
    const same = find(answered, `input[name="${field.name}"]`);
    if (same && field.files.length) same.files = field.files;
  }
  form.replaceWith(answered);
  enhance(answered);
  showChoice(answered);
  (find(answered, "[aria-invalid=true]") || find(answered, "button")).focus();
}

/** Say what went wrong on the way, and let it be tried again. */
function fail(form, reason) {
  find(form, ".progress p").textContent = reason;
  find(form, "progress").value = 0;
  find(form, "button").disabled = false;
}

/** Send a form in the background, which is the only way to know how far it is. */
function send(form) {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.upload.onprogress = ({ loaded, total }) => showProgress(form, loaded / total);
  request.upload.onload = () => showProgress(form, 1);
  request.onerror = () => fail(form, "The connection was lost. Please try again.");
  request.onload = () => {
    const type = request.getResponseHeader("Content-Type") || "";
    if (type.startsWith("application/json")) location.assign(JSON.parse(request.response).next);
    else showErrors(form, request.response);
  };
  find(form, "button").disabled = true;
  showProgress(form, 0);
  request.send(new FormData(form));
}

function enhance(form) {
  const drop = find(form, ".drop");
  const over = (is) => () => drop && drop.classList.toggle("over", is);
  const picture = find(form, "input[name=picture]");
  picture.addEventListener("change", () => showChoice(form));
  picture.addEventListener("dragenter", over(true));
  for (const end of ["dragleave", "drop"]) picture.addEventListener(end, over(false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

for (const form of document.querySelectorAll("form.upload")) enhance(form);
