import { Body, Controller, Delete, Get, Injectable, Module, Param, Patch, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { Public, RequireGroup, RequireRole } from '../../src/http/access.js';
import { form } from '../../src/http/form-body.js';
import { CurrentUser } from '../../src/http/current-person.js';
import type { CurrentPerson } from '../../src/kernel/principal.js';

declare module 'express-session' {
  interface SessionData {
    draft?: string;
  }
}

// What `nest g` writes, with a service, and a few lines of a team's own.
@Injectable()
export class NotesService {
  private readonly notes: object[] = [];

  create(note: object) {
    this.notes.push(note);
    return note;
  }
  findAll() {
    return this.notes;
  }
}

const LongForm = z.strictObject({
  subject: z.string().min(2).max(40),
  to: z.enum(['ada', 'eve']),
  count: z.coerce.number().min(1).max(9),
  text: z.string().min(1, 'Write something.').optional(),
});

@Controller('notes')
class NotesController {
  constructor(private readonly notesService: NotesService) {}

  @Post()
  create(@Body() createNoteDto: object) {
    return this.notesService.create(createNoteDto);
  }
  @Get()
  findAll() {
    return this.notesService.findAll();
  }
  @Get('mine')
  mine(@CurrentUser() person: CurrentPerson) {
    return { owner: person.username };
  }
  @Public()
  @Get('about')
  about() {
    return { about: 'notes' };
  }
  @RequireRole('admin')
  @Get('audit')
  audit() {
    return { audited: true };
  }
  @Get('draft')
  draft(@Req() request: Request) {
    return { draft: request.session.draft ?? null };
  }
  @Post('draft')
  keepDraft(@Req() request: Request, @Body() { text }: { text: string }) {
    request.session.draft = text;
    return { kept: true };
  }
  @Post('long/:nr')
  long(@Body(form(LongForm, { again: 'dev/mail', limit: 20_000 })) fields: z.output<typeof LongForm>) {
    return fields;
  }
  @Post('usual')
  usual(@Body(form(LongForm)) fields: z.output<typeof LongForm>) {
    return fields;
  }
  @Get(':id')
  findOne(@Param('id') id: string) {
    return `This action returns a #${id} note`;
  }
  @Patch(':id')
  update(@Param('id') id: string, @Body() updateNoteDto: object) {
    return { id, ...updateNoteDto };
  }
  @Delete(':id')
  remove(@Param('id') id: string) {
    return `This action removes a #${id} note`;
  }
}

@Module({ controllers: [NotesController], providers: [NotesService] })
export class NotesModule {}

@RequireRole('admin')
@Controller('machine')
class MachineController {
  @Get()
  state() {
    return { state: 'fine' };
  }
  @Public()
  @RequireRole('admin')
  @Get('both')
  both() {
    return { state: 'fine' };
  }
}
@Module({ controllers: [MachineController] })
export class MachineModule {}

@RequireGroup('editors')
@Controller('desk')
class DeskController {
  @Get()
  desk() {
    return { open: true };
  }
  @Public()
  @Get('public')
  closedAllTheSame() {
    return { open: true };
  }
  @RequireGroup('chiefs', 'owners')
  @Get('chiefs')
  chiefs() {
    return { open: true };
  }
  @RequireRole('admin')
  @Get('both')
  both() {
    return { open: true };
  }
}
@Module({ controllers: [DeskController] })
export class DeskModule {}
