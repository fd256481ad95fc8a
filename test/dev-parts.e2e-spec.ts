import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { TestApp } from './support/test-app.js';

const read = (path: string) => readFileSync(join(PROJECT_ROOT, path), 'utf8');

describe('/dev/parts', () => {
  let test: TestApp | undefined;
  const start = async (environment: Record<string, string>) => (test = await TestApp.start(environment));
  afterEach(async () => {
    await test?.close();
    test = undefined;
  });

  it('shows every part of docs/parts.md as it stands there', async () => {
    const blocks = [...read('docs/parts.md').matchAll(/^```hbs\n([^]*?)\n```$/gm)].map(([, block]) => block);
    expect(blocks.length).toBeGreaterThan(10);
    const view = read('views/dev/parts.hbs');
    expect(blocks.filter(block => !view.includes(`\n${block}\n`))).toEqual([]);
    const page = await (await start({ NODE_ENV: 'development' })).visitor().get('/dev/parts');
    expect(page.status).toBe(200);
    expect(page.body).toContain('<option value="blue" selected>Blue</option>');
    expect(page.body).toMatch(
      /<textarea id="text" name="text" rows="3">\nGreen, and much of it.<\/textarea>/,
    );
    expect(page.body).toMatch(
      /<input id="title" [^>]+ value="Tea" autocomplete="off" aria-describedby="title-note">/,
    );
  });

  it('uses no class that no style is for', () => {
    const styles = read('public/style.css');
    const used = [...read('views/dev/parts.hbs').matchAll(/class="([^"]+)"/g)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    const ours = new Set(used.filter(name => name !== 'what'));
    expect([...ours].filter(name => !styles.includes(`.${name}`))).toEqual([]);
  });

  it('does not exist in production', async () => {
    const app = await start({ NODE_ENV: 'production' });
    expect((await app.visitor().get('/dev/parts')).status).toBe(404);
  });
});
