import { Module } from '@nestjs/common';

/**
 * What of yours ends together with a sign-in, or where an account may be in the wrong hands: the server has it, and so has
 * every command. No page, no timer and nothing that speaks to another machine stands in it or in what it imports.
 */
@Module({})
export class OwnEndingsModule {}
