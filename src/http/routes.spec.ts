import { Controller, Get, Module, Post } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { routesIn } from './routes.js';

@Controller(['one', 'two'])
class WithGetter {
  private readonly words = ['a'];

  get first(): string {
    return this.words.join();
  }

  @Get()
  show(): string {
    return this.first;
  }

  @Post(':id/end')
  end(): void {
    return;
  }
}

@Module({ controllers: [WithGetter] })
class Example {}

describe('the routes of an application', () => {
  it('are found also where a controller has a getter, which is not asked', async () => {
    const module = await Test.createTestingModule({ imports: [Example] }).compile();
    const routes = routesIn(module.get(ModulesContainer));
    expect(routes.map(({ method, parts }) => `${method} ${parts.join('/')}`)).toEqual([
      'GET one',
      'GET two',
      'POST one/:id/end',
      'POST two/:id/end',
    ]);
  });
});
