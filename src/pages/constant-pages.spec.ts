import { ConstantPages } from './constant-pages.js';

describe('a constant page', () => {
  it('is rendered once, and carries a nonce of its own each time', () => {
    const pages = new ConstantPages();
    const model = Object.freeze({ title: 'Sign in' });
    let rendered = 0;
    const render = (nonce: string) => `<p>${++rendered}</p><script nonce="${nonce}"></script>`;
    expect(pages.page(model, 'first', render)).toBe('<p>1</p><script nonce="first"></script>');
    expect(pages.page(model, 'second', render)).toBe('<p>1</p><script nonce="second"></script>');
    expect(pages.page(Object.freeze({ title: 'Sign in' }), 'third', render)).toContain('<p>2</p>');
  });

  it('is not one whose model can still change', () => {
    expect(new ConstantPages().isConstant({ title: 'Sign in' })).toBe(false);
  });
});
