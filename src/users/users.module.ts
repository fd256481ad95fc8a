import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseModule } from '../database/database.module.js';
import { BlocklistFile } from './blocklist/blocklist-file.js';
import { OwnDataParts } from './own-data-parts.js';
import { PersonLookUp } from './person-look-up.js';
import { PasswordPolicy } from './password-policy.js';
import { UsedName } from './used-name.entity.js';
import { UsedNames } from './used-names.js';
import { User } from './user.entity.js';
import { UsersService } from './users.service.js';

/** The people who have an account, and what their names and passwords must be. */
@Module({
  imports: [DatabaseModule, TypeOrmModule.forFeature([UsedName, User])],
  providers: [BlocklistFile, OwnDataParts, UsedNames, UsersService, PasswordPolicy, PersonLookUp],
  exports: [BlocklistFile, OwnDataParts, UsedNames, UsersService, PasswordPolicy, PersonLookUp],
})
export class UsersModule {}
