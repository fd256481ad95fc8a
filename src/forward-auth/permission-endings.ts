import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Applications } from '../applications/applications.js';
import { GroupChanges } from '../groups/group-changes.js';
import { AccountChange } from '../sessions/account-change.js';
import { endTokensOfPerson } from './delete-lost.js';
import { LostPermission } from './lost-permission.js';

/**
 * Ends what people have of an application once they may not be there any more, in the transaction that decides so: its rules
 * change, they leave a group, their account is disabled.
 */
@Injectable()
export class PermissionEndings implements OnModuleInit {
  constructor(
    private readonly lost: LostPermission,
    private readonly applications: Applications,
    private readonly groups: GroupChanges,
    private readonly accounts: AccountChange,
  ) {}

  onModuleInit(): void {
    const { lost } = this;
    this.applications.onChange((manager, before, after) => lost.byChange(manager, before, after));
    this.groups.onLeave((manager, leaving) => lost.byLeaving(manager, leaving));
    // Their sessions end with their sign-ins.
    this.accounts.onChange(async (manager, userId, event) =>
      event === 'user_disabled' ? endTokensOfPerson(manager, userId) : [],
    );
  }
}
