import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { ApplicationRow } from './application.entity.js';
import { ApplicationOrigin } from './application-origin.entity.js';
import { Applications } from './applications.js';
import { Catalogue } from './catalogue.js';
import { CatalogueVersion } from './catalogue-version.entity.js';

/** What stands behind the gate, and who may enter. */
@Module({
  imports: [
    AuditModule,
    DatabaseModule,
    TypeOrmModule.forFeature([ApplicationRow, ApplicationOrigin, CatalogueVersion]),
  ],
  providers: [Applications, Catalogue],
  exports: [Applications, Catalogue],
})
export class ApplicationsModule {}
