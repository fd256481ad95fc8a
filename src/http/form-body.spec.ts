import { z } from 'zod';
import { form } from './form-body.js';

describe('a form that its view shows again', () => {
  const schema = z.strictObject({ person: z.string(), title: z.string() });

  it('has no field by the name of what every page has', () => {
    const named = () => form(schema, { again: 'tasks/new' });
    expect(named).toThrow('tasks/new: every page has its own "person". Call yours otherwise.');
    const refined = schema.refine(({ title }) => title !== '');
    expect(() => form(refined, { again: 'tasks/new' })).toThrow('tasks/new');
  });

  it('may have it where no view shows it again', () => {
    expect(form(schema).limit).toBeNull();
  });
});
