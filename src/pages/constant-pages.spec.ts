import { ConstantPages, type PageSecrets } from './constant-pages.js';

describe('a constant page', () => {
  it('is rendered once, and carries secrets of its own each time', () => {
    const pages = new ConstantPages();
    const model = Object.freeze({ title: 'Sign in' });
    let rendered = 0;
    const render = ({ nonce, once }: PageSecrets) =>
      `<p>${++rendered}</p><i id="${once}"></i><b id="${nonce}"></b>`;
    const page = (nonce: string, once: string) => pages.page(model, { nonce, once }, render);
    expect(page('n1', 'o1')).toBe('<p>1</p><i id="o1"></i><b id="n1"></b>');
    expect(page('n2', 'o2')).toBe('<p>1</p><i id="o2"></i><b id="n2"></b>');
    const other = pages.page(Object.freeze({ title: 'Sign in' }), { nonce: 'n3', once: 'o3' }, render);
    expect(other).toContain('<p>2</p>');
  });

  it('is not one whose model can still change', () => {
    expect(new ConstantPages().isConstant({ title: 'Sign in' })).toBe(false);
  });
});
