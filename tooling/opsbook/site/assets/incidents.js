// The list of incidents, filtered. What is asked stands in the address, so that it can be shared; without
// this script the page lists the last incidents and links to those of each year.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ob-filter]");
  if (!form) return;
  const result = document.querySelector("[data-ob-found]");
  const lists = document.querySelector("[data-ob-lists]");
  const rows = result.querySelector("tbody");
  const more = result.querySelector("button");
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
    }).then(data => data.rows.map(([page, title, declared, severity, status, services, teams, factors]) => {
      const { names } = data;
      const named = (kind, places) => places.map(place => names[kind][place]);
      const row = {
        page, title, declared, year: page.slice(0, 4),
        severity: named("severity", severity), status: named("status", status),
        service: named("service", services), team: named("team", teams), factor: named("factor", factors),
      };
      row.text = [title, page, ...row.service.flat(), ...row.factor.flat()].join(" ").toLowerCase();
      return row;
    }));
    return loading;
  };

  const matches = (row, query) => {
    for (const [name, value] of query) {
      if (name === "text") {
        if (!value.toLowerCase().split(/\s+/).every(word => row.text.includes(word))) return false;
      } else if (name === "year") {
        if (row.year !== value) return false;
      } else if (!row[name] || !row[name].some(([id]) => id === value)) return false;
    }
    return true;
  };

  const cell = (label, ...inner) => {
    const made = element("td", "", label ? { "data-label": label } : {});
    inner.forEach((each, place) => made.append(...(place ? [" "] : []), each));
    return made;
  };

  const line = row => {
    const made = element("tr");
    const badge = ([, words, style]) => element("span", words, { class: `ob-badge ob-${style}` });
    made.append(
      cell("", element("a", row.title, { href: `${row.page}/index.html` })),
      cell("Declared", element("time", row.declared)),
      cell("Severity", ...row.severity.map(badge)),
      cell("Status", ...row.status.map(badge)),
      cell("Services", row.service.map(([, title]) => title).join(", ")),
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
    if (!query.size) {
      lists.hidden = false;
      result.hidden = true;
      said.textContent = "";
      return;
    }
    try {
      const all = await load();
      if (String(asked()) !== String(query)) return;
      found = all.filter(row => matches(row, query));
      said.textContent = found.length === 1 ? "1 incident" : `${found.length} incidents`;
    } catch {
      found = [];
      loading = null;
      said.textContent = "The list cannot be loaded now.";
    }
    shown = 0;
    rows.replaceChildren();
    extend();
    result.hidden = !found.length;
    lists.hidden = true;
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
    return apply();
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
  form.hidden = false;
  fromAddress();
})();
