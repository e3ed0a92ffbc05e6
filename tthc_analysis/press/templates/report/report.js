'use strict';
// What a page can do beyond being read. Every control is made here: without scripts none is dead. Nothing is asked for, no number is
// worded or rounded here, and texts are set as text: data cannot become markup. Lines of comment stay in this file (see dress.py).

// rows among which one looks for some
const MANY = 15;
const STEPS = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};
const SAID = {period: 'Kỳ', counts: 'Số đếm', interval: 'Khoảng tin cậy 95%', unit: 'Đơn vị tính'};
const {compare} = new Intl.Collator('vi', {numeric: true});
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const words = element => element ? element.textContent.trim() : '';
const head = cell => words(cell.closest('table').querySelector(`[data-column="${cell.cellIndex}"]`));
// what is said of an element, or of all in its row or table
const said = (element, name) => element.closest(`[data-${name}]`)?.dataset[name];

function make(tag, given, ...content) {
  const element = document.createElement(tag);
  for (const name in given) name in element ? element[name] = given[name] : element.setAttribute(name, given[name]);
  element.append(...content);
  return element;
}

const button = (className, label, onclick, ...content) => make('button', {type: 'button', className, 'aria-label': label, onclick}, ...content);

function sorted(rows, column, way) {
  const key = ({cells}) => cells[column].dataset.value ?? words(cells[column]);
  return [...rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    // the missing, which have no key, last whichever way
    return !a - !b || way * (isNaN(a - b) ? compare(a, b) : a - b);
  });
}

function makeSortable(table, rows) {
  const leaves = all('[data-column]', table);
  const sort = leaf => {
    const next = {ascending: 'descending', descending: ''}[leaf.getAttribute('aria-sort')] ?? 'ascending';
    leaves.forEach(other => other.removeAttribute('aria-sort'));
    if (next) leaf.setAttribute('aria-sort', next);
    // the whole is not among the rows, and so is left last
    table.tBodies[0].prepend(...next ? sorted(rows, leaf.dataset.column, next === 'ascending' ? 1 : -1) : rows);
  };
  for (const leaf of leaves) {
    // what is read before each cell of the column: without the button
    leaf.setAttribute('aria-label', words(leaf));
    leaf.append(button('sort', `Xếp theo ${words(leaf)}`));
    leaf.onclick = ({target}) => target.closest('a') || sort(leaf);
  }
}

// "long mai" finds "Long Mái"; đ is a letter of its own, not a marked d
const bare = text => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd');

function makeFilter(table, rows) {
  const found = make('output', {});
  const oninput = ({target}) => {
    const wanted = bare(target.value).split(/\s+/);
    for (const row of rows) {
      const name = bare(all('th, td:not(.num)', row).map(words).join(' '));
      row.hidden = !wanted.every(word => name.includes(word));
    }
    found.textContent = target.value && `${rows.filter(row => !row.hidden).length} trong ${rows.length} dòng`;
    enter(table);
  };
  const label = make('label', {}, 'Lọc dòng ', make('input', {type: 'search', oninput}));
  table.parentNode.before(make('div', {className: 'filter'}, label, found));
}

const panel = make('dialog', {className: 'panel', 'aria-labelledby': 'panel-title'});
// a click beside it, or on the link away from it
panel.onclick = ({target}) => target.matches('dialog, a') && panel.close();

// `row` is the row that defines the number, where the page has one
function facts(number, row) {
  const cell = number.closest('td'), name = cell?.parentNode.querySelector('th');
  return [
    name && [head(name), words(name)],
    cell && !row && ['Cột', head(cell)],
    ...Object.keys(SAID).map(key => [SAID[key], said(number, key)]),
    ...row ? all('td', row).map(fact => [head(fact), words(fact)]) : [],
    row && ['Cách tính', said(row, 'policy')],
  ].filter(fact => fact?.[1] && fact[1] !== '–');
}

function show(number) {
  const row = document.getElementById(said(number, 'definition'));
  const label = row?.cells[0] ?? number.closest('.card, table').querySelector('.label, caption');
  const told = facts(number, row).map(([name, text]) => make('div', {}, make('dt', {}, name), make('dd', {}, text)));
  panel.replaceChildren(
    button('close', 'Đóng', () => panel.close(), '×'),
    make('h2', {id: 'panel-title'}, words(label)), make('p', {className: 'number'}, words(number)),
    make('dl', {className: 'definition'}, ...told), row ? make('a', {href: `#${row.id}`}, 'Xem bảng định nghĩa') : '');
  // Esc closes it, and the focus returns to the number
  number.focus();
  panel.showModal();
  const {left, bottom} = number.getBoundingClientRect();
  panel.style.cssText = `--left: ${left}px; --top: ${Math.min(bottom, innerHeight - panel.offsetHeight)}px`;
}

// a span, because a button's text is not copied with its table everywhere
function ask(element, tabIndex) {
  const number = make('span', {className: 'ask', role: 'button', tabIndex, 'aria-haspopup': 'dialog'}, ...element.childNodes);
  // the whole cell answers, but not at the end of a selection
  element.onclick = () => getSelection().isCollapsed && show(number);
  number.onkeydown = event => [' ', 'Enter'].includes(event.key) && (event.preventDefault(), show(number));
  element.append(number);
}

// a table is one stop of the Tab key; within it the arrows lead from number to number
function enter(table, number = table.querySelector('tr:not([hidden]) .ask')) {
  all('.ask', table).forEach(other => { other.tabIndex = other === number ? 0 : -1; });
}

function walk(table, event) {
  const cell = event.target.closest('td'), step = STEPS[event.key];
  const rows = all('tbody tr:not([hidden])', table);
  const number = cell && step && rows[rows.indexOf(cell.parentNode) + step[0]]?.cells[cell.cellIndex + step[1]]?.querySelector('.ask');
  if (!number) return;
  event.preventDefault();
  enter(table, number);
  number.focus();
}

function makeCopied(sentence) {
  const text = make('span', {}, ...sentence.childNodes);
  const copy = async ({target}) => {
    try {
      await navigator.clipboard.writeText(words(text));
    } catch {
      // an older browser, or a page that it does not trust with the clipboard
      getSelection().selectAllChildren(text);
      document.execCommand('copy');
    }
    target.textContent = 'Đã chép';
  };
  sentence.append(text, ' ', make('button', {type: 'button', className: 'copy', 'aria-live': 'polite', onclick: copy}, 'Sao chép'));
}

for (const table of all('.exhibit table')) {
  const rows = all('tbody tr:not(.whole, .level)', table);
  all('td.num', table).forEach(cell => ask(cell, -1));
  enter(table);
  table.onkeydown = event => walk(table, event);
  if (table.matches('.sorts')) makeSortable(table, rows);
  if (rows.length > MANY) makeFilter(table, rows);
}
all('.card .number strong, .card .changes [data-period]').forEach(number => ask(number, 0));
all('.statement').forEach(makeCopied);
document.querySelector('.key-figures')?.after(make('p', {className: 'hint'}, 'Chọn một con số để xem cách tính và căn cứ của nó.'));
document.body.append(panel);
