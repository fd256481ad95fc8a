import { Module } from '@nestjs/common';
import { WelcomeModule } from '../welcome/welcome.module.js';

/** Your modules. `nest g module` adds what it makes to `imports`; take `WelcomeModule` out when you no longer want its page. */
@Module({ imports: [WelcomeModule] })
export class OwnModule {}
