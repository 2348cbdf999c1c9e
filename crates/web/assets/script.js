// What scripts add to pages that work without them: local times, copying, a search in long lists, no form sent twice.
'use strict';

const page = document.documentElement.lang;
// The reader's own variety of the page's language, where they have one.
const language = navigator.languages.find((tag) => tag.split('-')[0] === page) ?? page;
const clock = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
for (const time of document.querySelectorAll('time[data-local]')) {
  const text = time.textContent;
  time.textContent = clock.format(new Date(time.dateTime));
  time.title = text;
}

for (const input of document.querySelectorAll('input[data-zone]')) {
  input.placeholder = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

for (const button of document.querySelectorAll('button[data-copy]')) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
    } catch {
      getSelection().selectAllChildren(source);
      return;
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

for (const search of document.querySelectorAll('[data-filter]')) {
  const list = document.getElementById(search.dataset.filter);
  const input = search.querySelector('input');
  const told = document.getElementById(input.getAttribute('aria-describedby'));
  const asListed = told.textContent;
  // All are here: nothing is left to ask the server for.
  if (search.dataset.whole) input.addEventListener('keydown', (event) => { if (event.key === 'Enter') event.preventDefault(); });
  input.addEventListener('input', () => {
    const wanted = input.value.trim().toLocaleLowerCase(language);
    let found = 0;
    for (const choice of list.children) {
      const fits = choice.textContent.toLocaleLowerCase(language).includes(wanted);
      // A choice that is made stays in sight.
      choice.hidden = !fits && !choice.querySelector('input:checked');
      found += fits ? 1 : 0;
    }
    told.textContent = found ? asListed : told.dataset.none;
  });
}

// A form that is on its way: not sent twice, and told where it takes long.
const busy = document.getElementById('busy');
const waits = [];
const ready = () => {
  while (waits.length) clearTimeout(waits.pop());
  busy.textContent = '';
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll('[aria-busy]')) {
    button.removeAttribute('aria-busy');
    button.removeAttribute('aria-disabled');
  }
};
for (const form of document.querySelectorAll('form[method=post]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '1';
    for (const [name, value] of [['aria-busy', 'true'], ['aria-disabled', 'true']]) event.submitter?.setAttribute(name, value);
    waits.push(setTimeout(() => { busy.textContent = busy.dataset.soon; }, 600));
    // What is sent to a program leaves the page as it is.
    const { away } = form.dataset;
    waits.push(setTimeout(() => { busy.textContent = away ?? busy.dataset.long; }, away ? 1500 : 6000));
    // The server has answered by then, or given up; a program on this device may have taken the answer.
    waits.push(setTimeout(ready, 35000));
  });
}
// Back in the page, by the back button, a form can be sent again.
addEventListener('pageshow', ready);
