import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { Group } from './group.entity.js';
import { GroupChanges } from './group-changes.js';
import { GroupMember } from './group-member.entity.js';
import { Groups } from './groups.js';
import { Memberships } from './memberships.js';

/**
 * Groups and who is in them. Whoever asks has theirs with them, `CurrentPerson.groups`: the look-up of a session brings
 * them along.
 */
@Module({
  imports: [AuditModule, DatabaseModule, TypeOrmModule.forFeature([Group, GroupMember])],
  providers: [GroupChanges, Groups, Memberships],
  exports: [GroupChanges, Groups, Memberships],
})
export class GroupsModule {}
