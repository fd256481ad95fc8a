/** Estimating takes time that grows with the length; nobody needs to know how strong the rest is. */
const ESTIMATED = 40;

const WORDS = ['very easy to guess', 'easy to guess', 'not strong', 'good', 'strong'] as const;

/**
 * How hard a password is to guess, in words and with a suggestion, by zxcvbn's estimate (Wheeler, "zxcvbn:
 * Low-Budget Password Strength Estimation", USENIX Security 2016). Takes up to some 10 ms of the event loop,
 * so it is asked only where a password was refused.
 */
export async function strengthInWords(password: string): Promise<string> {
  const zxcvbn = await estimator();
  const { score, feedback } = zxcvbn.check([...password].slice(0, ESTIMATED).join(''));
  return [`It is ${WORDS[score]}.`, feedback.warning, ...feedback.suggestions.slice(0, 1)]
    .filter(text => text !== null && text !== '')
    .join(' ');
}

let loading: ReturnType<typeof load> | null = null;

/** The dictionaries take memory and time to read: only once they are needed. */
function estimator(): ReturnType<typeof load> {
  loading ??= load();
  return loading;
}

async function load() {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
  });
}
