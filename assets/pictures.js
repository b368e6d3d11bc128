// The form's pictures: chosen, dropped, pasted or photographed, sent to the API, cut, put in order, and kept through
// reloads. assets/site.js fetches this file when it is first needed, and brings what was chosen. The tray is left empty by
// React, so what lies in it is this file's; it is filled anew whenever React draws it.

(() => {
  "use strict";

  const KEPT = "pictures";
  const FRAMES = "FIRST_AND_LAST_FRAMES_2_VIDEO";
  const REFERENCES = "REFERENCE_2_VIDEO";
  const MOST = 3;
  const LARGEST = 10 * 1024 * 1024;
  const TOO_LARGE = "This picture is larger than 10 MB. Please make it smaller and add it again.";
  const TOO_MANY = "A video takes up to three pictures.";
  const GONE = "This picture is not kept any more. Please add it again.";
  const SORRY = "The picture could not be sent. Please try again in a moment.";
  const HINTS = {
    [FRAMES]: ["", "The video begins with this picture. Add another one for it to end on.", "The video begins with the first and ends with the last."],
    [REFERENCES]: ["", ...Array(MOST).fill("The video shows what is in the pictures, in scenes of its own.")],
  };

  const find = (what, within = document) => within.querySelector(what);
  const form = () => find("form[data-studio]");

  // --- what there is: pictures {id, width, height, x, y, used}, or {file, sent} while on their way, and refusals

  let kind = FRAMES;
  let pictures = [];
  const refusals = [];
  const places = new WeakMap(); // of a picture or refusal, its element

  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    if (kept) ({ kind, pictures } = kept);
  } catch {
    // Nothing was kept, or the browser keeps nothing.
  }

  const keep = () => {
    try {
      const done = pictures.filter(({ id }) => id).map(({ id, width, height, x, y, used }) => ({ id, width, height, x, y, used }));
      if (done.length) sessionStorage.setItem(KEPT, JSON.stringify({ kind, pictures: done }));
      else sessionStorage.removeItem(KEPT);
    } catch {
      // Then they last as long as the page.
    }
  };

  const isSending = () => pictures.some(({ id }) => !id);

  /** What the pictures are; three can only be references. */
  const sort = () => (pictures.length > 2 ? REFERENCES : kind);

  // --- adding

  const add = (files) => {
    const isNew = !pictures.length;
    for (const file of files) {
      if (file.size > LARGEST) refuse(file, TOO_LARGE);
      else if (pictures.length >= MOST) refuse(file, TOO_MANY);
      else send(file);
    }
    if (isNew) kind = FRAMES;
    change();
  };

  const send = (file) => {
    const picture = { file, sent: 0, x: 50, y: 50, preview: URL.createObjectURL(file) };
    pictures.push(picture);
    const request = new XMLHttpRequest();
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => {
      picture.sent = loaded / total;
      const bar = places.get(picture) && find("progress", places.get(picture));
      if (bar) bar.value = picture.sent;
    };
    request.onload = () => (request.status === 201 ? accept(picture, request.response) : fail(picture, request));
    request.onerror = () => fail(picture, request);
    request.open("POST", "/api/pictures");
    const body = new FormData();
    body.append("file", file, file.name || "picture");
    request.send(body);
    picture.request = request;
  };

  const accept = (picture, { id, width, height }) => {
    Object.assign(picture, { id, width, height });
    if (pictures.filter((one) => one.id).length > 2) kind = REFERENCES;
    say(`${picture.file.name || "The picture"} was added.`);
    change();
    sendFormIfAsked();
  };

  const fail = (picture, { status, response }) => {
    if (!pictures.includes(picture)) return;
    pictures.splice(pictures.indexOf(picture), 1);
    isAsked = false;
    if (status === 401) dispatchEvent(new Event("stranger"));
    else refuse(picture.file, response?.error || SORRY);
    change();
  };

  const refuse = (file, reason) => refusals.push({ name: file?.name || "", reason, preview: file && URL.createObjectURL(file) });

  const remove = (picture) => {
    const place = pictures.indexOf(picture);
    pictures.splice(place, 1);
    picture.request?.abort();
    if (picture.id && !picture.used) fetch(`/api/pictures/${picture.id}`, { method: "DELETE" }).catch(() => {});
    say("The picture was removed.");
    change();
    const next = pictures[Math.min(place, pictures.length - 1)];
    (next ? find("[data-act=remove]", places.get(next)) : find("[data-adds]"))?.focus();
  };

  const move = (picture, by) => {
    const place = pictures.indexOf(picture);
    pictures.splice(place, 1);
    pictures.splice(place + by, 0, picture);
    say(`Now ${meaning(picture)}.`);
    change();
    const buttons = [...places.get(picture).querySelectorAll("[data-act=earlier], [data-act=later]")];
    const wanted = buttons[by < 0 ? 0 : 1];
    (wanted.disabled ? buttons.find((button) => !button.disabled) : wanted)?.focus();
  };

  /** A picture that the server does not have any more is taken out; one that it cannot give now stays. */
  const check = async (picture) => {
    const answer = await fetch(`/api/pictures/${picture.id}`).catch(() => null);
    if (answer?.status !== 404 || !pictures.includes(picture)) return;
    pictures.splice(pictures.indexOf(picture), 1);
    refuse(null, GONE);
    change();
  };

  // --- what they mean

  const meaning = (picture) => {
    const place = pictures.indexOf(picture);
    if (sort() === REFERENCES) return pictures.length > 1 ? `Reference ${place + 1}` : "Reference";
    return place ? "Last frame" : "First frame";
  };

  const shape = () => (form()?.elements.ratio.value === "9:16" ? 9 / 16 : 16 / 9);

  /** Along which axis something is cut off: x, y, or none. */
  const axis = ({ width, height }) => {
    if (sort() === REFERENCES || !width) return "";
    const cut = width / height / shape();
    if (Math.abs(cut - 1) < 0.005) return "";
    return cut > 1 ? "x" : "y";
  };

  const where = (picture, along) => {
    const place = picture[along];
    if (place === 50) return "the middle";
    return along === "x" ? `${place}% from the left` : `${place}% from the top`;
  };

  const nudge = (picture, along, by) => {
    picture[along] = Math.max(0, Math.min(100, Math.round(picture[along] + by)));
    draw();
    keep();
  };

  // --- drawing

  const mould = (name) => {
    const item = document.createElement("li");
    const cast = find(`[data-mould=${name}]`).cloneNode(true);
    delete cast.dataset.mould;
    item.append(cast);
    return item;
  };

  const change = () => {
    draw();
    keep();
  };

  const write = (place, text) => {
    if (place && place.textContent !== text) place.textContent = text;
  };

  const say = (text) => write(find("[data-pictures-said]"), text);

  const draw = () => {
    const box = find("[data-pictures]");
    if (!box || !window.__reflex) return;
    box.toggleAttribute("data-filled", pictures.length + refusals.length > 0);
    box.toggleAttribute("data-many", pictures.length > 0);
    lay(find("[data-tray]", box), pictures, drawPicture);
    lay(find("[data-refusals]", box), refusals, drawRefusal);
    const hint = HINTS[sort()][pictures.length] || "";
    write(find("[data-pictures-hint]", box), pictures.some(axis) ? `${hint} Drag a picture to choose what is kept.` : hint);
    const { elements } = form();
    elements.kind.value = sort();
    for (const choice of elements.kind) choice.disabled = choice.value === FRAMES && pictures.length > 2;
    for (const adder of form().querySelectorAll("[data-adds]")) adder.disabled = pictures.length >= MOST;
    const told = pictures.filter(({ id }) => id).map(({ id, x, y }) => `${id}@${x},${y}`).join(" ");
    if (elements.pictures.value !== told) elements.pictures.value = told;
  };

  /** Let exactly these things lie in a list, in their order; what is there already stays the same element. */
  const lay = (list, things, drawThing) => {
    const items = things.map((thing) => {
      const item = places.get(thing) || mould(list.matches("[data-tray]") ? "picture" : "refusal");
      places.set(thing, item);
      drawThing(thing, item);
      return item;
    });
    for (const old of [...list.children]) if (!items.includes(old)) old.remove();
    items.forEach((item, place) => list.children[place] !== item && list.insertBefore(item, list.children[place] || null));
  };

  const drawPicture = (picture, item) => {
    const card = item.firstElementChild;
    const cut = find("[data-cut]", item);
    const image = find("img", item);
    const along = axis(picture);
    const name = meaning(picture);
    item.picture = picture;
    const source = picture.preview || `/api/pictures/${picture.id}`;
    if (image.getAttribute("src") !== source) {
      image.src = source;
      image.onerror = () => (picture.id && !picture.preview ? check(picture) : image.removeAttribute("src"));
    }
    image.style.objectPosition = `${picture.x}% ${picture.y}%`;
    card.toggleAttribute("data-sending", !picture.id);
    cut.toggleAttribute("data-whole", sort() === REFERENCES);
    cut.toggleAttribute("data-still", !along);
    cut.style.setProperty("--shape", picture.width ? picture.width / picture.height : 1);
    cut.style.touchAction = { x: "pan-y", y: "pan-x" }[along] || "auto";
    describe(cut, picture, along, name);
    write(find("[data-means]", item), name);
    const place = pictures.indexOf(picture);
    for (const [act, isIdle] of [["earlier", !place], ["later", place === pictures.length - 1], ["remove", false]]) {
      const button = find(`[data-act=${act}]`, item);
      button.disabled = isIdle;
      button.setAttribute("aria-label", `${button.title}: ${name}`);
    }
  };

  /** A screen reader hears a slider where something can be moved, and a picture where nothing can. */
  const describe = (cut, picture, along, name) => {
    const said = along
      ? { role: "slider", tabindex: 0, "aria-label": `What is kept of ${name.toLowerCase()}`, "aria-valuemin": 0, "aria-valuemax": 100,
          "aria-valuenow": picture[along], "aria-valuetext": where(picture, along), "aria-orientation": along === "x" ? "horizontal" : "vertical" }
      : { role: "img", "aria-label": name };
    for (const { name: old } of [...cut.attributes]) if (/^(role|tabindex|aria-)/.test(old) && !(old in said)) cut.removeAttribute(old);
    for (const [attribute, value] of Object.entries(said)) if (cut.getAttribute(attribute) !== String(value)) cut.setAttribute(attribute, value);
  };

  const drawRefusal = (refusal, item) => {
    item.refusal = refusal;
    write(find("[data-file]", item), refusal.name);
    write(find("[data-reason]", item), refusal.reason);
    find("[data-act]", item).setAttribute("aria-label", "Dismiss");
    const image = find("img", item);
    if (!refusal.preview || image.src) return;
    image.onerror = () => image.removeAttribute("src");
    image.src = refusal.preview;
    refusal.preview = "";
  };

  // --- choosing what is kept: by drag, by touch, by arrow keys

  let drag = null;

  const begin = (event) => {
    const cut = event.target.closest?.("[data-cut]");
    const picture = cut?.closest("li")?.picture;
    const along = picture && axis(picture);
    if (!along || event.button) return;
    cut.setPointerCapture(event.pointerId);
    const { width, height } = cut.getBoundingClientRect();
    const spare = along === "x" ? (height * picture.width) / picture.height - width : (width * picture.height) / picture.width - height;
    drag = { picture, along, from: picture[along], at: along === "x" ? event.clientX : event.clientY, spare };
  };

  const go = (event) => {
    if (!drag) return;
    const { picture, along, from, at, spare } = drag;
    const moved = (along === "x" ? event.clientX : event.clientY) - at;
    nudge(picture, along, from - (moved / spare) * 100 - picture[along]);
  };

  const STEPS = { ArrowLeft: -2, ArrowUp: -2, ArrowRight: 2, ArrowDown: 2, PageUp: -20, PageDown: 20, Home: -100, End: 100 };

  const step = (event) => {
    const picture = event.target.matches?.("[data-cut]") && event.target.closest("li").picture;
    const by = STEPS[event.key];
    if (!picture || !by || !axis(picture)) return;
    event.preventDefault();
    nudge(picture, axis(picture), by);
  };

  // --- pressing Generate while a picture is on its way: the form is sent once it has come

  let isAsked = false;

  const hold = (event) => {
    if (!isSending()) return;
    event.preventDefault();
    isAsked = true;
    say("One moment: the picture is still being sent.");
  };

  const sendFormIfAsked = () => {
    if (!isAsked || isSending()) return;
    isAsked = false;
    form()?.requestSubmit();
  };

  // --- listening

  addEventListener("bring", ({ detail: files }) => add(files));
  addEventListener("sending", hold);
  addEventListener("drawn", draw);

  addEventListener("change", ({ target }) => {
    if (target.name !== "kind" || target.form !== form()) return;
    kind = target.value;
    change();
  });

  addEventListener("pointerdown", begin);
  addEventListener("pointermove", go);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (drag = null));
  addEventListener("keydown", step);

  addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-act]");
    const { picture, refusal } = button?.closest("li") || {};
    if (refusal) {
      refusals.splice(refusals.indexOf(refusal), 1);
      change();
    } else if (picture) {
      ({ earlier: () => move(picture, -1), later: () => move(picture, 1), remove: () => remove(picture) })[button.dataset.act]?.();
    }
  });

  addEventListener("answered", ({ detail }) => {
    if (!detail.startsWith("started")) return;
    for (const picture of pictures) picture.used = true;
    refusals.length = 0;
    change();
  });

  addEventListener("wished", ({ detail: wish }) => {
    for (const { request } of pictures) request?.abort();
    pictures = wish.pictures.map((picture) => ({ ...picture, used: true }));
    if (pictures.length) kind = wish.kind;
    refusals.length = 0;
    if (wish.missing) refuse(null, wish.missing > 1 ? "The pictures of that video are not all kept any more." : "A picture of that video is not kept any more.");
    change();
  });

  draw();
})();
