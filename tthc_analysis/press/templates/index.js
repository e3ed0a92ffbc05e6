'use strict';
/* Looks for reports by unit and period among many. It makes its own control: without scripts the page has none that is dead. */

/* Typed without marks it is found too; a word is found by its beginning, so that "I/2024" is not "III/2024". */
const bare = text => ` ${text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd')}`.replace(/[\s()–]+/g, ' ');
const parts = [...document.querySelectorAll('main > section, main > details')].map(part => {
  const heads = [part.querySelector('h2'), ...part.querySelectorAll('.matrix thead')].map(head => head?.textContent).join(' ');
  const rows = [...part.querySelectorAll('tbody tr')].map(row => [row, bare(`${heads} ${row.cells[0].textContent}`)]);
  return {part, rows, listed: part.querySelector('.reports') !== null};
});
const reports = parts.filter(({listed}) => listed).flatMap(({rows}) => rows);

const count = list => list.length.toLocaleString('vi-VN');

const input = Object.assign(document.createElement('input'), {type: 'search', autocomplete: 'off', placeholder: 'Tên đơn vị hoặc kỳ'});
const found = document.createElement('output');
input.oninput = () => {
  const wanted = bare(input.value).trim().split(' ');
  for (const {part, rows} of parts) {
    for (const [row, text] of rows) row.hidden = !wanted.every(word => text.includes(` ${word}`));
    part.hidden = rows.every(([row]) => row.hidden);
    if (part.matches('details')) part.open = input.value.trim() !== '' && !part.hidden;
  }
  found.textContent = input.value.trim() && `${count(reports.filter(([row]) => !row.hidden))} trong ${count(reports)} báo cáo`;
};
const label = document.createElement('label');
label.append('Tìm báo cáo ', input);
const box = Object.assign(document.createElement('div'), {className: 'find'});
box.append(label, found);
document.querySelector('main').prepend(box);
