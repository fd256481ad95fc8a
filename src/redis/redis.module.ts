import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Redis } from './redis.js';

/** Under this the connection is injected: a {@link Redis}, or null where `REDIS_URL` is not set. */
export const OPTIONAL_REDIS = Symbol('Redis, or null');

/** Gives the optional connection to Redis. It is closed last, after whatever still works with it. */
@Module({
  providers: [
    {
      provide: OPTIONAL_REDIS,
      inject: [AppConfig],
      useFactory: ({ redis }: AppConfig) => (redis === null ? null : Redis.connect(redis)),
    },
  ],
  exports: [OPTIONAL_REDIS],
})
export class RedisModule implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(OPTIONAL_REDIS) private readonly redis: Redis | null) {}

  /** Not when connecting: by now the program's log is there. */
  async onModuleInit(): Promise<void> {
    await this.redis?.lookAtEviction();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.redis?.close();
  }
}
