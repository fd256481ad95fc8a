import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { asUnavailable } from '../database/store-failure.js';
import { applicationIn } from './application-rows.js';
import { ApplicationRow } from './application.entity.js';
import { ApplicationOrigin } from './application-origin.entity.js';
import { ApplicationsFile } from './applications-file.js';
import { CatalogueVersion } from './catalogue-version.entity.js';
import { KnownApplications } from './known-applications.js';

/** Whose turn it is (`takeTurn`) to change an application, or what people have of one. */
export const CATALOGUE_TURN = 'applications';

/**
 * The applications, in memory with the version they are of. Whoever asks has read the version in force, in the statement
 * that it asks the database anyway; where that is another one, they are read anew. So a change holds on every node from
 * the next request on, and costs those before it nothing. With a file, the file alone counts.
 */
@Injectable()
export class Catalogue {
  private known: KnownApplications | null = null;
  private readonly file: ApplicationsFile | null;

  constructor(
    private readonly dataSource: DataSource,
    config: AppConfig,
  ) {
    this.file = config.applicationsFile === null ? null : new ApplicationsFile(config.applicationsFile);
  }

  /** The file that has them; null where the database does. */
  get inFile(): ApplicationsFile | null {
    return this.file;
  }

  /**
   * Those in force at a version that was just read.
   * @returns at once where they are in memory, so that most requests wait for nothing. @throws Unavailable
   */
  at(version: string | null): KnownApplications | Promise<KnownApplications> {
    if (this.file !== null) return this.file.applications;
    return this.known !== null && this.known.version === version ? this.known : this.current();
  }

  /** Those in force as a transaction sees them. @throws the driver's error */
  async within(manager: EntityManager): Promise<KnownApplications> {
    return this.file === null ? applicationsOf(manager) : this.file.applications;
  }

  /** Those in force now. @throws Unavailable */
  async current(): Promise<KnownApplications> {
    if (this.file !== null) return this.file.applications;
    try {
      return (this.known = await applicationsOf(this.dataSource.manager));
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}

/**
 * The applications as a connection sees them. The version first: where somebody changes them meanwhile, what was read is
 * known by the version before, and is read once more.
 */
export async function applicationsOf(manager: EntityManager): Promise<KnownApplications> {
  const version = (await manager.find(CatalogueVersion)).at(0)?.version ?? null;
  const rows = await manager.find(ApplicationRow);
  const origins = await manager.find(ApplicationOrigin);
  const all = rows.flatMap(row => applicationIn(row, origins) ?? []);
  // Databases sort texts each in its own way.
  return new KnownApplications(
    all.sort((one, other) => (one.name < other.name ? -1 : 1)),
    version,
  );
}
