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
