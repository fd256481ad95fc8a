import { PASSWORD, TestApp } from './support/test-app.js';

describe('signing in', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('Ada', 'user', 'ada@example.org');
  });
  afterAll(() => test.close());

  it('leads to the welcome page, which says who is there', async () => {
    const visitor = test.visitor();
    const answer = await visitor.signIn('Ada', PASSWORD);
    expect([answer.status, answer.location]).toEqual([303, '/welcome']);
    const page = await visitor.get('/welcome');
    expect(page.status).toBe(200);
    expect(page.body).toContain('Welcome, Ada');
  });
});
