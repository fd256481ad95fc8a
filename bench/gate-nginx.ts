import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type Server } from './server.js';
import { startWebServer } from './web-server.js';

/** nginx that serves a file after it has asked somebody, over connections that are kept: one process. */
export async function nginxBefore(asked: string, file: string, folder: string): Promise<Server> {
  const port = await freePort();
  const { host, pathname } = new URL(asked);
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), file);
  writeFileSync(join(folder, 'nginx.conf'), configuration({ folder, port, host, path: pathname }));
  const config = join(folder, 'nginx.conf');
  return startWebServer(port, ['/usr/sbin/nginx', '-p', folder, '-e', 'stderr', '-c', config]);
}

/** The question as `deploy/forward-auth/gate.conf` asks it. */
const configuration = ({
  folder,
  port,
  host,
  path,
}: Readonly<Record<'folder' | 'host' | 'path', string> & { port: number }>) => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream asked { server ${host}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    location /file {
      auth_request /asked;
      auth_request_set $user $upstream_http_remote_user;
      root ${folder};
    }
    location = /asked {
      internal;
      proxy_pass http://asked${path};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-URL https://wiki.example.com$request_uri;
      proxy_set_header X-Original-Method $request_method;
      proxy_buffer_size 32k;
      proxy_buffers 4 32k;
    }
  }
}
`;
