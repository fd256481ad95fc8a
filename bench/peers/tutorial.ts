import { tutorial } from './tutorial-app.js';

/** The tutorial as it stands: sessions in memory. */
tutorial();
