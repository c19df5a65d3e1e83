// A list of records, filtered. What is asked stands in the address, so that it can be shared; without this
// script the page lists the last records and links to those of each year.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ob-filter]");
  if (!form) return;
  const result = document.querySelector("[data-ob-found]");
  const lists = document.querySelectorAll("[data-ob-lists]");
  const labels = [...result.querySelectorAll("th")].map(each => each.textContent);
  const rows = result.querySelector("tbody");
  const more = result.querySelector("button");
  const choices = form.querySelector("details");
  const wide = matchMedia("(min-width: 45em)");
  const said = form.querySelector("output");
  const STEP = 100;
  let loading = null;
  let found = [];
  let shown = 0;

  const asked = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value.trim()) query.set(name, value.trim());
    return query;
  };

  const element = (name, words, attributes = {}) => {
    const made = document.createElement(name);
    if (words) made.textContent = words;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  const load = () => {
    loading ??= fetch(form.dataset.obFilter).then(answer => {
      if (!answer.ok) throw new Error(answer.statusText);
      return answer.json();
    }).then(({ page, fields, shown, names, rows }) => rows.map(([folder, title, when, about, ...places]) => {
      const named = fields.map((field, place) => [field, places[place].map(each => names[field][each])]);
      const words = named.flatMap(([, found]) => found.map(([, words]) => words));
      const values = Object.fromEntries(named);
      return {
        to: `${folder}/${page}`, title, when, about, values, shown: shown.map(field => values[field]),
        text: [folder, title, about, ...words].join(" ").toLowerCase(),
      };
    }));
    return loading;
  };

  const matches = (row, query) => {
    for (const [name, value] of query) {
      if (name === "text") {
        if (!value.toLowerCase().split(/\s+/).every(word => row.text.includes(word))) return false;
      } else if (!row.values[name]?.some(([id]) => id === value)) return false;
    }
    return true;
  };

  // Names one after the other, those that have a style as badges.
  const listed = found => found.flatMap(([, words, style], place) => {
    const shown = style ? element("span", words, { class: `ob-badge ob-${style}` }) : words;
    return place ? [style ? " " : ", ", shown] : [shown];
  });

  const cell = (label, ...inner) => {
    const made = element("td", "", label ? { "data-label": label } : {});
    made.append(...inner);
    return made;
  };

  const line = row => {
    const made = element("tr");
    const about = row.about ? [element("p", row.about, { class: "ob-aside" })] : [];
    const cells = [[element("time", row.when)], ...row.shown.map(listed)];
    made.append(
      cell("", element("a", row.title, { href: row.to }), ...about),
      ...cells.map((inner, place) => cell(labels[place + 1], ...inner)),
    );
    return made;
  };

  const extend = () => {
    rows.append(...found.slice(shown, shown + STEP).map(line));
    shown = Math.min(shown + STEP, found.length);
    more.hidden = shown === found.length;
    more.textContent = `Show more of the ${found.length}`;
  };

  const apply = async () => {
    const query = asked();
    said.parentElement.hidden = !query.size;
    if (!query.size) {
      lists.forEach(each => each.hidden = false);
      result.hidden = true;
      said.textContent = "";
      return;
    }
    try {
      const all = await load();
      if (String(asked()) !== String(query)) return;
      found = all.filter(row => matches(row, query));
      said.textContent = `${found.length} ${form.dataset.obNoun}${found.length === 1 ? "" : "s"}`;
    } catch {
      found = [];
      loading = null;
      said.textContent = "The list cannot be loaded now.";
    }
    shown = 0;
    rows.replaceChildren();
    extend();
    result.hidden = !found.length;
    lists.forEach(each => each.hidden = true);
  };

  const fromAddress = () => {
    form.reset();
    for (const [name, value] of new URLSearchParams(location.search)) {
      const field = form.elements.namedItem(name);
      if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) continue;
      if (field instanceof HTMLSelectElement && ![...field.options].some(each => each.value === value)) {
        field.append(element("option", value, { value }));
      }
      field.value = value;
    }
    unfold();
    return apply();
  };

  // On a phone the choices would fill the screen before there is a record: they unfold where one is made.
  const unfold = () => {
    choices.open ||= wide.matches || [...choices.querySelectorAll("select")].some(each => each.value);
  };

  const changed = () => {
    const query = String(asked());
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
    return apply();
  };

  form.addEventListener("input", changed);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));
  more.addEventListener("click", () => {
    const next = shown;
    extend();
    rows.rows[next]?.querySelector("a").focus();
  });
  addEventListener("popstate", fromAddress);
  wide.addEventListener("change", unfold);
  form.hidden = false;
  fromAddress();
})();
