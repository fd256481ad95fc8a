import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AppConfig } from './app-config.js';
import { Site } from './site.js';

/** Gives every module the {@link AppConfig} the program was started with, and the {@link Site} it is. */
@Global()
@Module({})
export class ConfigModule {
  static with(config: AppConfig, site: Site): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: Site, useValue: site },
      ],
      exports: [AppConfig, Site],
    };
  }
}
