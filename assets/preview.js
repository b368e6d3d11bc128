// The light preview of a video plays, muted, while a pointer or the keyboard's focus rests on it. On touch a tap opens, and who
// wants less motion sees the picture alone.
// It plays in elements that React leaves empty, and is gone when the pointer is.

(() => {
  "use strict";

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let playing;

  const place = (target) => {
    const room = target.closest?.("[data-opens-video], [data-card]:not([data-ratio]) > div > .shade");
    return room?.querySelector("[data-plays]");
  };

  // What somebody has begun to watch is not covered.
  const isWatched = (spot) => {
    const film = spot.parentElement.querySelector(":scope > video");
    return Boolean(film && (!film.paused || film.currentTime > 0));
  };

  const stop = () => {
    playing?.replaceChildren();
    playing = undefined;
  };

  const play = (spot) => {
    if (spot === playing) return;
    stop();
    if (!spot?.dataset.plays || calm.matches || isWatched(spot)) return;
    const film = Object.assign(document.createElement("video"), {
      muted: true,
      loop: true,
      playsInline: true,
      src: spot.dataset.plays,
    });
    film.setAttribute("aria-hidden", "true");
    film.addEventListener("error", () => film.remove());
    playing = spot;
    spot.append(film);
    film.play().catch(() => film.remove());
  };

  addEventListener("pointerover", (event) => event.pointerType === "mouse" && play(place(event.target)));
  addEventListener("focusin", (event) => event.target.matches?.(":focus-visible") && play(place(event.target)));
  addEventListener("focusout", stop);
  addEventListener("pointerdown", (event) => !event.target.closest?.("[data-opens-video]") && stop());
  document.addEventListener("play", (event) => !event.target.closest?.("[data-plays]") && stop(), true);
})();
