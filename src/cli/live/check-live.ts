import type { Application } from '../../applications/application.js';
import { ping, type Pinging } from './ping.js';
import { visit, type Visiting } from './visit.js';

/** Asks an application's addresses through its proxy: what is wrong there, in sentences; none where nothing is. */
export async function checkLive(
  application: Application,
  check: Pinging & Visiting,
): Promise<readonly string[]> {
  const found = await Promise.all(
    application.origins.map(async origin => {
      const { reached, wrong } = await ping(origin, check);
      const visited = reached ? await visit(origin, application, check) : null;
      return [wrong, visited].flatMap(said => (said === null ? [] : [`${origin} ${said}`]));
    }),
  );
  return found.flat().map(sentence => `${application.name}: ${sentence}`);
}
