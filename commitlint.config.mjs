/** Checked by `npm run lint:commits`, and for the titles of pull requests. */
export default {
  extends: ['@commitlint/config-conventional'],
  // Merge commits are ignored by default. The bodies of Dependabot's have lines that nobody can break.
  ignores: [(message) => message.includes('Signed-off-by: dependabot[bot]')],
  rules: {
    'header-max-length': [2, 'always', 100],
    'body-max-line-length': [2, 'always', 120],
    'footer-max-line-length': [2, 'always', 120],
  },
};
