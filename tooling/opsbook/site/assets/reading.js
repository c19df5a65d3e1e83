// What helps to read a page; it says the same without.
(() => {
  "use strict";

  // A link at each heading to itself, to be copied; it shows where the pointer or the focus is.
  for (const heading of document.querySelectorAll("article :is(h2, h3, h4, h5, h6)[id]")) {
    if (heading.querySelector(".headerlink")) continue;
    const link = document.createElement("a");
    link.className = "headerlink";
    link.href = `#${encodeURIComponent(heading.id)}`;
    link.title = "Permanent link";
    link.textContent = "¶";
    heading.append(link);
  }

  // What is true now was so when the site was built: a page that is older says so where it matters.
  const HOUR = 3_600_000;
  const built = [...document.querySelectorAll(".ob-asof time[datetime], .ob-source time[datetime]")].pop();
  const now = document.querySelector("article :is(.ob-banner, .ob-paged, .ob-ways, .ob-who)");
  const age = built && now ? Date.now() - Date.parse(built.dateTime) : 0;
  if (age > HOUR) {
    const hours = Math.floor(age / HOUR);
    const notice = document.createElement("p");
    notice.className = "ob-old";
    notice.setAttribute("role", "note");
    const ago = hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
    notice.textContent = `Built ${ago} ago: what is open, who is on call and who is paged may have changed. `
      + "In a clone of the book, opsbook and opsbook oncall say how it is now.";
    const lead = document.querySelector("article > .ob-asof") ?? document.querySelector("article > h1");
    lead.after(notice);
    document.querySelectorAll("article .ob-banner.ob-good").forEach(each => each.classList.remove("ob-good"));
  }
})();
