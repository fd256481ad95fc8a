import { OwnPostgres } from './support/own-postgres.js';
import { PASSWORD, TestApp } from './support/test-app.js';

it('a PostgreSQL that has become a standby is 503 for what writes, until it is the primary', async () => {
  const postgres = await OwnPostgres.start();
  const start = () => TestApp.start({ DATABASE_URL: postgres.url }, [], { stores: 'sqlite' });
  const test = await start();
  try {
    await test.person('ada');
    const ada = await test.signedIn();
    await postgres.startAsStandby();
    expect((await ada.get('/session')).status).toBe(200);
    const answers = [
      await test.visitor().signIn('ada', PASSWORD),
      await test.visitor().get('/health/ready'),
      await ada.postForm('/account', { display_name: 'Ada' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    await expect(start()).rejects.toThrow(
      /^DATABASE_URL: .* it is a hot standby, which can only be read\. Name the primary server/,
    );
    await postgres.promote();
    expect((await test.visitor().arrive('ada', PASSWORD)).status).toBe(303);
  } finally {
    await test.close();
    await postgres.stop();
  }
});
