import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const banned = (selector, message) => ({ selector, message });

/** What has one home, and where that is. */
const ONE_HOME = [
  banned(
    "MemberExpression[object.name='process'][property.name='env']",
    'The environment is read in config/.',
  ),
  banned("CallExpression[callee.object.name='Date'][callee.property.name='now']", 'Time comes from Clock.'),
  banned("NewExpression[callee.name='Date'][arguments.length=0]", 'Time comes from Clock.'),
  banned("MemberExpression[object.name='Math'][property.name='random']", 'Randomness comes from crypto/.'),
  banned("CallExpression[callee.property.name='cookie']", 'Cookies are set in session-cookie.ts.'),
  banned("NewExpression[callee.property.name='SafeString']", 'Views escape everything.'),
  banned(
    "NewExpression[callee.name='RegExp'] > :not(Literal).arguments",
    'No expression is built from input.',
  ),
  banned("Literal[value='rejectUnauthorized']", 'Certificates are always checked.'),
];

const restrictImports = allowed => [
  'error',
  {
    paths: [
      { name: 'express-session', message: 'Only sessions/express-session.adapter.ts knows express-session.' },
      { name: 'node:child_process', message: 'The program starts no other programs.' },
      { name: 'node:vm', message: 'No code is made from text.' },
    ].filter(({ name }) => !allowed.includes(name)),
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'data/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', args: 'none' }],
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.spec.ts'],
    rules: {
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-restricted-syntax': ['error', ...ONE_HOME],
      'no-restricted-imports': restrictImports([]),
    },
  },
  {
    files: ['src/sessions/express-session.adapter.ts'],
    rules: { 'no-restricted-imports': restrictImports(['express-session']) },
  },
  {
    files: ['src/config/load-config.ts', 'src/kernel/clock.ts', 'src/process/logger.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.js', 'bench/**', 'test/**'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        performance: 'readonly',
        URL: 'readonly',
        document: 'readonly',
      },
    },
    rules: { 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: { performance: 'readonly', require: 'readonly', module: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
