"use strict";
// The grid. Only the rows in sight are in the page, so that thousands of rows scroll as fast as ten.

const ROW = 25, HEAD = 48, LETTER = 6, SPARE = 12, POLL_MS = 1500;
const $ = (id) => document.getElementById(id);
const base = location.pathname.replace(/\/$/, "");
let view = null, at = {row: 0, column: 0}, editor = null, wantedTab = new URLSearchParams(location.search).get("tab");

const letters = (n) => (n >= 26 ? letters(Math.floor(n / 26) - 1) : "") + String.fromCharCode(65 + (n % 26));
const cellAt = (row, column) => {
  const cell = (view.cells[row] || [])[column];
  return typeof cell === "object" && cell !== null ? cell : {t: cell || ""};
};
const isIn = (boxes, row, column) =>
  boxes.find(([top, bottom, left, right]) => row >= top && row < bottom && column >= left && column < right);
const width = (column) => (view.hidden.columns.includes(column) ? 0 : view.widths[column] || 100);
const shownColumns = () =>
  [...Array(view.columns).keys()].filter((column) => !view.hidden.columns.includes(column));
const entered = (cell) => cell.e || String(cell.t ?? "");

async function load(force) {
  const query = new URLSearchParams();
  if (wantedTab !== null) query.set("tab", wantedTab);
  if (view && !force) query.set("version", view.version);
  const reply = await fetch(`${base}/view?${query}`);
  if (reply.status === 304) return;
  if (!reply.ok) return say((await reply.json()).error.message, true);
  view = await reply.json();
  wantedTab = String(view.tab);
  at.row = Math.min(at.row, view.rows - 1);
  at.column = Math.min(at.column, view.columns - 1);
  document.title = `${view.title} - sandbox`;
  $("title").textContent = view.title;
  drawTabs();
  if (!editor) draw();
}

function say(text, bad) {
  $("message").textContent = text;
  $("message").classList.toggle("bad", Boolean(bad));
}

function drawTabs() {
  $("tabs").replaceChildren(...view.tabs.map((tab) => {
    const button = document.createElement("button");
    button.textContent = tab.title;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-selected", String(tab.id === view.tab));
    button.onclick = () => { wantedTab = String(tab.id); at = {row: 0, column: 0}; focus(); load(true); };
    return button;
  }));
}

function draw() {
  const columns = shownColumns(), frozen = [...Array(view.frozen).keys()];
  const rows = [...Array(view.rows).keys()].slice(view.frozen).filter((row) => !view.hidden.rows.includes(row));
  const first = Math.max(0, Math.floor($("scroll").scrollTop / ROW) - SPARE);
  const last = Math.min(rows.length, first + Math.ceil($("scroll").clientHeight / ROW) + 2 * SPARE);
  const names = document.createElement("tr");
  names.append(header("", "row"), ...columns.map((column) => {
    const th = header(letters(column), column === at.column ? "on" : "");
    th.style.width = width(column) + "px";
    return th;
  }));
  $("cells").style.width = columns.reduce((sum, column) => sum + width(column), HEAD) + "px";
  $("head").replaceChildren(names, ...frozen.map((row) => line(row, columns)));
  $("body").replaceChildren(
    gap(first * ROW), ...rows.slice(first, last).map((row) => line(row, columns)), gap((rows.length - last) * ROW),
  );
  $("address").textContent = letters(at.column) + (at.row + 1);
  if (document.activeElement !== $("content")) $("content").value = entered(cellAt(at.row, at.column));
}

function header(text, kind) {
  const th = document.createElement("th");
  th.textContent = text;
  th.className = kind;
  return th;
}

function gap(height) {
  const tr = document.createElement("tr");
  tr.style.height = height + "px";
  return tr;
}

function line(row, columns) {
  const tr = document.createElement("tr");
  tr.append(header(row + 1, row === at.row ? "row on" : "row"), ...columns.map((column) => drawn(row, column)));
  return tr;
}

function drawn(row, column) {
  const td = document.createElement("td"), cell = cellAt(row, column);
  td.append(spilled(cell, row, column));
  td.dataset.row = row;
  td.dataset.column = column;
  Object.assign(td.style, cell.s || {});
  td.classList.toggle("on", row === at.row && column === at.column);
  td.classList.toggle("note", Boolean(cell.n));
  td.classList.toggle("choice", Boolean(cell.l));
  td.classList.toggle("locked", Boolean(isIn(view.locked, row, column)));
  if (cell.n) td.title = cell.n;
  return td;
}

// Text that is wider than its cell goes on over the empty cells beside it, as in a spreadsheet.
function spilled(cell, row, column) {
  const text = cell.t ?? "", css = cell.s || {};
  if (text.length * LETTER < width(column) || css.textAlign || css.whiteSpace || cell.l) return text;
  let room = width(column), next = column + 1;
  while (next < view.columns && (cellAt(row, next).t ?? "") === "") room += width(next++);
  if (next === column + 1) return text;
  const span = document.createElement("span");
  span.textContent = text;
  span.className = "spilled";
  span.style.width = room - 8 + "px";
  return span;
}

function go(rows, columns) {
  const shown = shownColumns();
  let row = at.row + rows;
  while (view.hidden.rows.includes(row) && row > 0 && row < view.rows - 1) row += Math.sign(rows) || 1;
  const place = Math.min(Math.max(Math.max(shown.indexOf(at.column), 0) + columns, 0), shown.length - 1);
  at = {row: Math.min(Math.max(row, 0), view.rows - 1), column: shown[place]};
  reveal();
}

function reveal() {
  const box = $("scroll"), frozen = (view.frozen + 1) * ROW;
  const y = (at.row - view.frozen) * ROW;
  if (at.row >= view.frozen) {
    if (y < box.scrollTop) box.scrollTop = y;
    if (y + ROW + frozen > box.scrollTop + box.clientHeight) box.scrollTop = y + ROW + frozen - box.clientHeight + 16;
  }
  draw();
  const td = box.querySelector("td.on");
  if (td && td.offsetLeft < box.scrollLeft + 48) box.scrollLeft = td.offsetLeft - 48;
  if (td && td.offsetLeft + td.offsetWidth > box.scrollLeft + box.clientWidth)
    box.scrollLeft = td.offsetLeft + td.offsetWidth - box.clientWidth;
}

function edit(text) {
  const td = $("scroll").querySelector("td.on");
  if (!td || editor) return;
  const cell = cellAt(at.row, at.column), where = {...at};
  editor = document.createElement("input");
  editor.value = text ?? entered(cell);
  if (cell.l) {
    $("choices").replaceChildren(...cell.l.map((choice) => Object.assign(document.createElement("option"), {value: choice})));
    editor.setAttribute("list", "choices");
  }
  td.append(editor);
  editor.focus();
  const done = async (keep, rows, columns) => {
    if (!editor) return;
    const value = editor.value, before = entered(cell);
    editor = null;
    focus();
    if (rows || columns) go(rows, columns);
    if (keep && value !== before) await type(where, [[value]], before);
    else draw();
  };
  editor.onblur = () => done(true, 0, 0);
  editor.onkeydown = (event) => {
    const moves = {Enter: [event.shiftKey ? -1 : 1, 0], Tab: [0, event.shiftKey ? -1 : 1]};
    if (event.key in moves) { event.preventDefault(); done(true, ...moves[event.key]); }
    if (event.key === "Escape") { event.preventDefault(); done(false, 0, 0); }
    event.stopPropagation();
  };
}

async function send(verb, body) {
  const reply = await fetch(`${base}/${verb}`, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({tab: view.tab, ...body}),
  });
  const answer = await reply.json();
  say(reply.ok ? "Saved" : answer.error.message, !reply.ok);
  await load(true);
  return reply.ok;
}

const focus = () => $("scroll").focus({preventScroll: true});
const type = (where, texts, before) => send("type", {row: where.row, column: where.column, texts, before});

const MOVES = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-20, 0], PageDown: [20, 0],
};

$("scroll").addEventListener("keydown", (event) => {
  if (editor) return;
  if (event.key in MOVES) { event.preventDefault(); go(...MOVES[event.key]); }
  else if (event.key === "Tab") { event.preventDefault(); go(0, event.shiftKey ? -1 : 1); }
  else if (event.key === "Home") { event.preventDefault(); go(0, -view.columns); }
  else if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(); }
  else if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); type(at, [[""]]); }
  else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    edit(event.key);
  }
});
$("scroll").addEventListener("mousedown", (event) => {
  const td = event.target.closest("td");
  if (!td || event.target === editor) return;
  if (editor) editor.blur();
  at = {row: Number(td.dataset.row), column: Number(td.dataset.column)};
  draw();
  event.preventDefault();
  focus();
});
$("scroll").addEventListener("dblclick", () => edit());
$("scroll").addEventListener("scroll", () => { if (!editor) draw(); });
$("scroll").addEventListener("copy", (event) => {
  if (editor) return;
  event.preventDefault();
  event.clipboardData.setData("text/plain", String(cellAt(at.row, at.column).t ?? ""));
});
$("scroll").addEventListener("paste", (event) => {
  if (editor) return;
  event.preventDefault();
  const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
  type(at, text.split(/\r?\n/).map((row) => row.split("\t")));
});
$("content").addEventListener("keydown", (event) => {
  if (event.key === "Enter") { const text = $("content").value; $("scroll").focus(); type(at, [[text]]); }
  if (event.key === "Escape") { $("scroll").focus(); draw(); }
});
const act = (verb, body) => { focus(); return send(verb, body); };
$("insert").onclick = () => act("rows", {do: "insert", row: at.row});
$("delete").onclick = () => act("rows", {do: "delete", row: at.row});
$("add").onclick = async () => {
  // the row after the last that has anything in it, so that "add row" is where a person goes on typing
  if (view.cells.length >= view.rows) await send("rows", {do: "add", count: 10});
  at = {row: Math.min(view.cells.length, view.rows - 1), column: 0};
  reveal();
  focus();
};
const sort = (descending) => act("sort", {column: at.column, from: view.frozen || 1, descending});
$("ascending").onclick = () => sort(false);
$("descending").onclick = () => sort(true);
addEventListener("resize", () => view && draw());
load(true).then(focus);
setInterval(() => { if (!editor && !document.hidden) load(false).catch(() => say("The sandbox does not answer.", true)); }, POLL_MS);
