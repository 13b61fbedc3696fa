// SPDX-License-Identifier: ISC
// page.test.mjs - the pages that cwauditd serves, in Debian's chromium.
// CWAUDIT_URL: where; CWAUDIT_MODULES: a folder with node_modules;
// CWAUDIT_SHOTS: where pictures of the pages go, for a person to look at.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

const url = process.env.CWAUDIT_URL;
const shots = process.env.CWAUDIT_SHOTS;
const modules = createRequire(path.join(process.env.CWAUDIT_MODULES, 'x.js'));
const { chromium } = modules('playwright-core');
const axe = modules.resolve('axe-core/axe.min.js');
const nasty = '/host/odd.nwtraders.local';
let browser;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
      '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--no-first-run'],
  });
});
after(() => browser.close());

// A page of its own, which must end without a word on its console.
async function open(target, options, look) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 }, bypassCSP: false, ...options,
  });
  const page = await context.newPage();
  const said = [];
  page.on('console', (m) => said.push(`${m.type()}: ${m.text()}`));
  page.on('pageerror', (e) => said.push(`error: ${e.message}`));
  page.on('dialog', (d) => { said.push(`dialog: ${d.message()}`); d.dismiss(); });
  page.on('request', (r) => {
    if (!r.url().startsWith(url))
      said.push(`request: ${r.url()}`);
  });
  try {
    const answer = await page.goto(url + target);
    await look(page, answer);
    assert.deepEqual(said, []);
  } finally {
    await context.close();
  }
}

async function firstWrongHost(page) {
  return page.locator('.map a.wrong').first().getAttribute('href');
}

test('the status page says which hosts are wrong, why, and what ends next', () =>
  open('/', {}, async (page, answer) => {
    assert.equal(answer.status(), 200);
    assert.match(answer.headers()['content-security-policy'], /default-src 'none'/);
    assert.match(await page.locator('.lead').innerText(), /^\d+ of \d+ hosts are wrong/);
    // in the first screen: what is wrong, with its reason, and what ends
    const height = page.viewportSize().height;
    for (const what of ['.lead', '.lead + p', '.map a.wrong >> nth=0'])
      assert.ok((await page.locator(what).boundingBox()).y < height, what);
    const row = page.locator('h2:text-is("Wrong") + div tbody tr').first();
    assert.match(await row.innerText(), /nwtraders\.local/);
    await page.screenshot({ path: `${shots}/status.png`, fullPage: true });
  }));

test('each kind of standing differs in shape as well as in colour', () =>
  open('/', {}, async (page) => {
    const marks = await page.locator('.tiles .mark').evaluateAll((all) =>
      all.map((m) => [m.querySelector('use').getAttribute('href'),
        getComputedStyle(m).color, m.textContent]));
    assert.equal(marks.length, 5);
    for (const part of [0, 1, 2])
      assert.equal(new Set(marks.map((m) => m[part])).size, 5);
  }));

test('findings are filtered, and the filter is kept in the address', () =>
  open('/', {}, async (page) => {
    const rows = page.locator('#findings tbody tr');
    const all = await rows.count();
    await page.locator('input[name=q]').fill('documented-single');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=documented-single/);
    const some = await rows.count();
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    for (const text of await rows.allInnerTexts())
      assert.match(text, /documented-single/);
    assert.equal(await page.locator('input[name=q]').inputValue(), 'documented-single');
    await page.goto(`${url}/`);
    await page.locator('select[name=severity]').selectOption('critical');
    await page.waitForURL(/severity=critical/);
    for (const text of await page.locator('#findings tbody tr td:first-child').allInnerTexts())
      assert.equal(text, 'critical');
  }));

test('a tile leads to the page of its host', () =>
  open('/', {}, async (page) => {
    const href = await firstWrongHost(page);
    await page.locator('.map a.wrong').first().click();
    await page.waitForURL(url + href);
    assert.equal(await page.locator('h1').innerText(), decodeURIComponent(href.slice('/host/'.length)));
    assert.ok(await page.locator('.finding').count() > 0);
    assert.match(await page.locator('pre').first().innerText(), /\[NewRequest\][^]*Subject="CN=/);
    assert.ok(await page.locator('h3:has-text("MTLS")').count() > 0);
    await page.screenshot({ path: `${shots}/host.png`, fullPage: true });
  }));

test('the request is copied by a button', () =>
  open('/', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await page.goto(url + await firstWrongHost(page));
    const button = page.locator('button[data-copy]').first();
    await button.click();
    await page.locator('button:text-is("Copied")').waitFor();
    assert.equal((await page.evaluate(() => navigator.clipboard.readText())).replaceAll('\r\n', '\n'),
      await page.locator('pre').first().evaluate((e) => e.textContent));
  }));

test('names with markup, quotes and bidi marks stay text', () =>
  open(nasty, {}, async (page) => {
    const text = await page.locator('main').innerText();
    assert.match(text, /<script>alert\(1\)<\/script>/);
    assert.match(text, /img src=x onerror=alert\(2\)/);
    assert.match(text, /'><b>x<\/b>/);
    assert.ok(!/[\u202a-\u202e\u2066-\u2069]/.test(text), 'bidi marks are shown as escapes');
    assert.match(text, /\\xE2\\x80\\xAE/i);
    assert.equal(await page.locator('main script, main img').count(), 0);
    await page.goto(`${url}/?q=${encodeURIComponent('"><script>alert(3)</script>')}`);
    assert.equal(await page.locator('input[name=q]').inputValue(), '"><script>alert(3)</script>');
    await page.goto(`${url}/?q=script`);
    assert.ok(await page.locator('#findings tbody tr').count() > 0);
    assert.equal(await page.locator('main script').count(), 0);
  }));

for (const [target, name] of [['/', 'status'], [nasty, 'odd'], ['/report', 'report']])
  for (const colorScheme of ['light', 'dark'])
    test(`axe finds nothing serious: ${name}, ${colorScheme}`, () =>
      open(target, { colorScheme, bypassCSP: true }, async (page) => {
        await page.addScriptTag({ path: axe });
        const { violations } = await page.evaluate(() => axe.run());
        const bad = violations.filter((v) => ['serious', 'critical'].includes(v.impact));
        assert.deepEqual(bad.map((v) => `${v.id}: ${v.nodes[0].html}`), []);
        if (target !== '/report')
          await page.screenshot({ path: `${shots}/${name}-${colorScheme}.png` });
      }));

test('dark is dark', () =>
  open('/', { colorScheme: 'dark' }, async (page) => {
    const [r, g, b] = (await page.locator('body').evaluate((e) =>
      getComputedStyle(e).backgroundColor)).match(/\d+/g).map(Number);
    assert.ok(r + g + b < 150, `${r} ${g} ${b}`);
  }));

for (const target of ['/', nasty])
  test(`a phone shows ${target} without scrolling sideways`, () =>
    open(target, { viewport: { width: 360, height: 740 }, isMobile: true, deviceScaleFactor: 2 }, async (page) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 360, `${wide}: ${await page.evaluate(() =>
      [...document.querySelectorAll('main *')].filter((e) =>
        e.getBoundingClientRect().right > 360 && e.closest('.wide') === null)
        .map((e) => e.outerHTML.slice(0, 80)).join(' | '))}`);
      await page.screenshot({ path: `${shots}/phone${target === '/' ? '' : '-odd'}.png` });
    }));

test('without JavaScript it works as well', () =>
  open('/', { javaScriptEnabled: false }, async (page) => {
    await page.locator('input[name=q]').fill('site-names');
    await page.locator('button:text-is("Show")').click();
    await page.waitForURL(/q=site-names/);
    assert.ok(await page.locator('#findings tbody tr').count() > 0);
    await page.locator('#findings summary').first().click();
    assert.ok(await page.locator('#findings details[open]').count() === 1);
    await page.goto(url + await firstWrongHost(page));
    assert.ok(await page.locator('pre').count() > 0);
    assert.equal(await page.locator('button:visible').count(), 0);
  }));

test('by keyboard alone one gets to the hosts', () =>
  open('/', {}, async (page) => {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the hosts');
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#main$/);
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement.matches('main a')))
        break;
    }
    const host = await page.evaluate(() => document.activeElement.getAttribute('href'));
    assert.match(host, /^\/host\//);
    await page.keyboard.press('Enter');
    await page.waitForURL(url + host);
  }));

test('printed it is a document of its own', () =>
  open('/', {}, async (page) => {
    const pdf = await page.pdf({ path: `${shots}/status.pdf`, format: 'A4' });
    assert.ok(pdf.length > 20000, `${pdf.length}`);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('form.filter:visible, nav:visible').count(), 0);
    assert.ok(await page.locator('.lead').isVisible());
  }));

test('what there is not is said so, in a page', () =>
  (async () => {
    const answer = await fetch(`${url}/host/nobody.example`);
    assert.equal(answer.status, 404);
    assert.match(await answer.text(), /<h1>Not found<\/h1>/);
  })());
