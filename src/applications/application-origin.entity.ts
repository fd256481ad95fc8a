import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where people reach an application. The row goes with its application. */
@Entity({ name: 'application_origins' })
export class ApplicationOrigin {
  /** As browsers write it: `https://wiki.example.com`. */
  @PrimaryColumn({ type: 'text' })
  origin!: string;

  @Column({ type: 'text', name: 'application_name' })
  applicationName!: string;

  /** Its place among the origins of its application; the first is the one that links lead to. */
  @Column({ type: 'int' })
  place!: number;
}
