/**
 * What to do where a table that this version brings, or an index, finds its name taken: most likely by a table of the team's
 * that builds on Gatehouse, made before there was one here.
 * @param said the words of the database, which quote the name.
 */
export function adviceOnTakenName(said: string): string {
  const name = /["«„“”']([\w-]+)["»“”']/.exec(said)?.[1];
  const which =
    name === undefined
      ? 'a name that this version needs'
      : `the name ${JSON.stringify(name)}, which this version needs`;
  return (
    `Something else has ${which}. Where it is a table of your application, rename it with the version before, to a name ` +
    'that begins with app_ and is never wanted here: docs/upgrade.md says how. Else restore a backup. Nothing was changed.'
  );
}
